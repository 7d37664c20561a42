"""The look-alike of Sectigo Certificate Manager's REST interface, on the CA's own state.

Marks as in :mod:`~certbot_sectigo.sandbox.protocol.problems`; ``[D]`` is Sectigo's REST
reference 25.5, ``[O]`` its OpenAPI description 25.9.2.
"""
