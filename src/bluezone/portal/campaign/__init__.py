"""The installation campaign: figures, targets, ranks, agencies, teams, dashboards."""
