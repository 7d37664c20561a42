"""What is done with accounts: one module for each verb of the command.

Each can be cut off at any point: new things are made first, then lineages are pinned to them,
then the old ones go to the archive, and a run that comes later ends what was begun. *Plan*: what
will be done, pure, made anew under certbot's locks and the same then; it lies beside its verb
(`clean_plan`, `pin_plan`, `adopt_plan`). *Record*: what was changed in
renewal files, written before it is, so that it can be taken back. *Journal*: a key change that
is not finished.
"""
