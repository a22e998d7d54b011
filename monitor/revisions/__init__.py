"""The forms that the store's tables had, one file each in versions/; monitor/schema.py brings a store up to date."""
