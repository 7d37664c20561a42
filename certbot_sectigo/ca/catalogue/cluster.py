"""What Kubernetes says where it stands in a client's way: rights, hooks, missing objects."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

ENTRIES = (
    Entry(
        key="issuer-not-ready",
        title="The issuer is not ready, so cert-manager orders nothing; why is said elsewhere",
        meaning="Before it orders, cert-manager registers the issuer's account at the CA. That has "
        "not succeeded (yet), or the certificate names an issuer of another kind or namespace.",
        causes=(
            "The registration failed: the server's URL, the e-mail address, EAB, the way out.",
            "The Certificate names an Issuer where it is a ClusterIssuer (kind), or the other way "
            "round.",
            "It is still going on.",
        ),
        steps=(
            "See the issuer's own events and status: kubectl describe clusterissuer NAME (or "
            "issuer), and mend what stands there.",
        ),
        phrases=(
            "!issuer not ready",
            "!clusterissuer|issuer * not ready|yet_ready",
            "!referenced issuer|clusterissuer not|does|is ready|status",
        ),
        sources=("cert-manager#1069",),
        weight=Weight.SYMPTOM,
        vague=True,
    ),
    Entry(
        key="cluster-rights",
        title="The cluster does not allow the client to do that (RBAC)",
        meaning="Kubernetes itself refused: the service account that is quoted has no role that "
        "allows this verb on this resource. Neither the CA nor a DNS provider was asked.",
        causes=(
            "The chart or manifest that grants the role is missing, or names another namespace or "
            "service account than the one that runs.",
        ),
        steps=(
            "See what is allowed to it, and grant the role that is missing (ClusterRole and "
            "ClusterRoleBinding) to exactly the service account that is quoted.",
        ),
        cases=(
            Case(
                r"leader election|namespace \W{0,4}kube-system",
                "cert-manager keeps the record of which of its pods leads in the namespace "
                "kube-system, and the cluster does not let it write there (GKE Autopilot). So the "
                "cainjector does not work, and the webhook is not trusted. The CA was not asked.",
                ("kube-system is managed by the provider of the cluster.",),
                (
                    "Have it keep that record in its own namespace: with Helm "
                    "global.leaderElection.namespace=cert-manager ; then restart its pods.",
                ),
                title="The cluster does not let cert-manager work in kube-system",
            ),
            Case(
                r"api group \W{0,4}(?!(?:acme\.)?cert-manager)[\w.-]+\.|present|challenge",
                "cert-manager hands the DNS-01 challenge to a webhook by creating a resource of "
                "the webhook's API group, and the cluster does not let its service account do so. "
                "Neither the CA nor the DNS provider was asked.",
                (
                    "The webhook's chart grants that to another service account or namespace than "
                    "cert-manager runs in.",
                    "groupName of the issuer is not the one that the webhook was installed with.",
                ),
                (
                    "Install the webhook's chart again with the service account and the namespace "
                    "of cert-manager (values such as certManager.serviceAccountName, "
                    "certManager.namespace) and one groupName everywhere.",
                    "Or grant create on that API group to the account by a ClusterRole and "
                    "ClusterRoleBinding.",
                ),
                title="The cluster does not let cert-manager use the DNS webhook (RBAC)",
            ),
        ),
        phrases=(
            "!forbidden user system serviceaccount * cannot",
            "!system serviceaccount * cannot create|get|list|watch|update|patch|delete resource",
        ),
        sources=("cert-manager#3432", "Kubernetes, RBAC"),
        hides=("dns-plugin-error", "permission", "validation-failed", "http01-selfcheck"),
    ),
    Entry(
        key="cluster-hook",
        title="The cluster cannot use a webhook of cert-manager's",
        meaning="Kubernetes asks a webhook before it takes or works on an object, and that did not "
        "come about. The CA was not asked.",
        causes=(
            "The webhook's pod does not run or is not ready yet, just after an installation.",
            "A firewall or network policy between the API server and the pod (private clusters; "
            "other networks than the node's).",
            "The root that the API server has for it (caBundle) is missing or old: the cainjector "
            "does not run, or leftovers of an earlier installation.",
        ),
        steps=(
            "See whether it runs, by kubectl: pods, services and endpoints of its namespace.",
            "Wait for it, open its port to the API server, or install cert-manager anew from one "
            "source only.",
        ),
        cases=(
            Case(
                r"could not find the requested resource",
                "cert-manager calls a DNS webhook by an API group that the cluster does not have.",
                (
                    "The webhook is not installed, or its APIService is not available.",
                    "groupName or solverName of the issuer are misspelt.",
                ),
                (
                    "See by kubectl whether the API group is there and available (apiservice).",
                    "Write groupName and solverName exactly as the webhook was installed with.",
                ),
                title="The cluster has no DNS webhook of that name",
            ),
        ),
        phrases=(
            "!failed calling|call webhook * cert_manager",
            "!server could_not find requested resource post",
        ),
        sources=("cert-manager, troubleshooting the webhook",),
        hides=("ca-timeout", "ca-connect-timeout", "ca-unreachable", "ca-certificate",
               "ca-name-resolution", "validation-failed", "ca-unavailable"),
    ),
    Entry(
        key="foreign-hook",
        title="The cluster cannot use a webhook of another program's: no matter of the CA",
        meaning="Kubernetes asks a webhook of the program that is named before it takes an object, "
        "and could not, or does not trust its certificate. That webhook is not cert-manager's, "
        "and no CA was asked. For a certificate that cert-manager makes for it, the webhook's "
        "configuration needs the annotation cert-manager.io/inject-ca-from, which fills in its "
        "caBundle.",
        shown=(
            r"failed (?:calling|to call) webhook \\?\"(?!(?:[\w-]{1,60}\.){0,4}cert-manager\.io)"
            r"[\w.-]{1,200}\\?\":",
        ),
        sources=("Kubernetes, admission webhooks", "cert-manager#2920"),
        weight=Weight.HARMLESS,
        foreign=True,
    ),
    Entry(
        key="cluster-object-missing",
        title="An object that the certificate names is not in the cluster",
        meaning="The certificate names an issuer, a secret or a kind that does not exist where it "
        "is looked for. The CA was not asked.",
        causes=(
            "An Issuer counts only in its own namespace; for others it has to be a ClusterIssuer, "
            "and the reference has to say so (kind, annotation cluster-issuer).",
            "A secret is looked for in the namespace of the Issuer, or for a ClusterIssuer in that "
            "of cert-manager.",
            "A misprint; or the definitions (CRDs) are not installed, or of another version.",
        ),
        steps=(
            "See by kubectl what is there: clusterissuer, issuer, certificate of all namespaces.",
            "Make the object, or mend name, kind and namespace of the reference.",
        ),
        phrases=(
            "!cluster_issuer|clusterissuer|issuer cert_manager io * not_found",
            "!referenced cluster_issuer|clusterissuer|issuer not_found",
            "!issuer|cluster_issuer|clusterissuer resource|object not_found|not_exist",
            "!no matches for kind cluster_issuer|clusterissuer|issuer|certificate",
            # A certificate's own secret is not there before its first issuance.
            "!presenting challenge * secret|secrets not_found",
            "!error getting|reading * credential|token|api_key * secret not_found",
        ),
        sources=("cert-manager, troubleshooting",),
        hides=("account-key-unusable", "client-account-missing", "dns-plugin-error",
               "registration-failed"),
    ),
)  # fmt: skip
