"""Every alley, every door: village teams, their households, their visits, with or without network.

Source: the order of 2020, "go to every alley, knock on every door" (spec/campaign.md).
Households are an alley and a label that the team chose; no name, no phone number is kept.
"""
