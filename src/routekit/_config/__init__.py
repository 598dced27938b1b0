"""What `routekit.config` is made of. Nothing here is imported by the router."""
