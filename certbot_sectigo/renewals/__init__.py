"""Will each certificate renew: what its next renewal will do, and until when names stay valid.

*Forecast*: what the next renewal of a lineage will do, with what that rests on. *Horizon* of a
name: until when the CA takes it as validated. *Due*: when certbot will try next. Reads this
machine; the CA is asked only where an order is asked for, and decisions are pure.
"""
