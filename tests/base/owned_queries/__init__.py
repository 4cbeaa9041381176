"""
Queries on owned models mean what the same words mean in SQL over the whole keys.

Random rows in three communities, all with ids out of one small pool, so that each id stands for
several rows; random conditions, written once for Django and once as SQL. A relation that forgot the
community would find a neighbour's row.
"""
