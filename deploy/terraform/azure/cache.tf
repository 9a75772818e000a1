resource "azurerm_redis_cache" "this" {
  name                          = "${var.name}-${var.suffix}"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  sku_name                      = "Standard"
  family                        = "C"
  capacity                      = 1
  redis_version                 = "6"
  non_ssl_port_enabled          = false
  minimum_tls_version           = "1.2"
  public_network_access_enabled = false
  tags                          = local.tags

  redis_configuration {
    # A forgotten counter would let a caller exceed its limit: rather refuse than evict.
    maxmemory_policy = "noeviction"
  }

  patch_schedule {
    day_of_week    = "Sunday"
    start_hour_utc = 4
  }
}

resource "azurerm_private_endpoint" "cache" {
  name                = "${var.name}-cache"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.endpoints_subnet_id
  tags                = local.tags

  private_service_connection {
    name                           = "cache"
    private_connection_resource_id = azurerm_redis_cache.this.id
    subresource_names              = ["redisCache"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "cache"
    private_dns_zone_ids = [var.private_dns_zone_ids["cache"]]
  }
}
