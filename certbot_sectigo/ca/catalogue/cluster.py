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
                r"api group \W{0,4}(?!(?:acme\.)?cert-manager)[\w.-]+\.|presenting"
                r"|solving challenge"
                r"|cannot create resource",
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
            Case(
                r"unable to handle the request|error on the server|authorizer",
                "cert-manager hands the DNS-01 challenge on to a webhook through the cluster's API "
                "server, and these two do not get along: the webhook is not available, or one does "
                "not take the other's certificate or token. Neither the CA nor the DNS provider "
                "was asked, so credentials of the provider are not the matter.",
                (
                    "The webhook's pod does not run, or its APIService is not available "
                    "(kubectl get apiservice).",
                    "Certificates between API server and webhook have expired or were made anew, "
                    "and one side still has the old ones.",
                    "The webhook may not ask the API server who calls it (roles "
                    "system:auth-delegator and extension-apiserver-authentication-reader).",
                ),
                (
                    "See the APIService's status and the webhook's own log, then restart the "
                    "webhook (and cert-manager), so that it reads its certificates again.",
                    "Install the webhook's chart anew, for this version of the cluster and in the "
                    "namespace that its manual says.",
                ),
                title="The cluster's API server and the DNS webhook do not get along",
            ),
        ),
        phrases=(
            "!presenting|cleaning challenge * server unable handle request",
            "!presenting|cleaning challenge * error on the server",
            "!server currently unable handle request post|acme",
            "!failed webhook authorizer request",
            "!failed calling|call webhook * cert_manager",
            "!server could_not find requested resource post",
        ),
        sources=("cert-manager, troubleshooting the webhook",),
        hides=("ca-timeout", "ca-connect-timeout", "ca-unreachable", "ca-certificate",
               "ca-name-resolution", "validation-failed", "ca-unavailable", "server-internal",
               "dns-plugin-error"),
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
        key="object-modified",
        title="Two parts of the cluster wrote to one object at once: it is tried again by itself",
        meaning="A controller wanted to save an object that another had changed since it was read. "
        "Kubernetes refuses that, so that nothing is lost, and the controller puts the object back "
        "into its queue. No certificate fails by it, and no CA was asked.",
        shown=(
            r"Operation cannot be fulfilled on [^\n]{1,300}: the object has been modified",
            r"\bthe object has been modified; please apply",
        ),
        sources=("Kubernetes, optimistic locking", "cert-manager#3667"),
        weight=Weight.HARMLESS,
        foreign=True,
    ),
    Entry(
        key="provisioner-unknown",
        title="The CA, or the issuer that speaks for it, has no provisioner that fits the request",
        meaning="The issuer signed its request with the key of a provisioner, and the private CA "
        "(step-ca, AWS Private CA) does not know that one, or takes the request for one to another "
        "address. Names and validation are not the matter.",
        causes=(
            "Name, key id (kid) or password of the provisioner in the issuer are not those of the "
            "CA's configuration, or it was made anew since.",
            "The issuer calls the CA by an address that is not among its dnsNames (ca.json), or by "
            "a proxy: the audience of the token is then another one.",
            "The issuer's controller was just started, and has not read the issuer yet.",
        ),
        steps=(
            "Compare the issuer's URL, provisioner name and kid with the CA's list (step ca "
            "provisioner list), and the URL's host with dnsNames in ca.json.",
            "Look at the CA's own log: it says more than it tells its clients. Then let the issuer "
            "read its settings again (restart its controller) and make the request anew.",
        ),
        phrases=(
            "!provisioner not_found|invalid|unknown * audience|authority|ca",
            "!authorize|authorizesign|authorizetoken provisioner",
            "!failed|error|cannot|unable|could_not retrieve|find|load|get|initialize provisioner",
            "!provisioner for not_found|unknown|missing",
            "!request lacked necessary authorization completed",
        ),
        sources=("step-issuer#137", "aws-privateca-issuer#425"),
        hides=("client-settings", "lacks-authorization", "order-refused"),
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
        cases=(
            Case(
                r"resource name may not be empty",
                "The webhook was to read the provider's credentials from a secret, and the issuer "
                "tells it no name of one. Neither the DNS provider nor the CA was asked.",
                (
                    "In the issuer's solver the reference to the secret is missing, is spelt "
                    "otherwise, or stands at another depth than this version of the webhook reads.",
                ),
                (
                    "Write the webhook's config in the issuer exactly as its manual for this "
                    "version has it (name and key of the secret), and have the secret in the "
                    "namespace that it names.",
                ),
                title="The issuer names no secret for the DNS webhook",
            ),
        ),
        phrases=(
            "!cluster_issuer|clusterissuer|issuer cert_manager io * not_found",
            "!referenced cluster_issuer|clusterissuer|issuer not_found",
            "!issuer|cluster_issuer|clusterissuer resource|object not_found|not_exist",
            "!no matches for kind cluster_issuer|clusterissuer|issuer|certificate",
            # A certificate's own secret is not there before its first issuance.
            "!presenting challenge * secret|secrets not_found",
            "!resource name may_not be empty",
            "!error getting|reading * credential|token|api_key * secret not_found",
        ),
        sources=("cert-manager, troubleshooting",),
        hides=("account-key-unusable", "client-account-missing", "dns-plugin-error",
               "registration-failed"),
    ),
)  # fmt: skip
