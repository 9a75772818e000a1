resource "random_password" "database_admin" {
  length  = 40
  special = false
}

resource "azurerm_postgresql_flexible_server" "this" {
  name                          = "${var.name}-${var.suffix}"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  version                       = "15"
  sku_name                      = var.database_sku
  storage_mb                    = var.database_storage_mib
  auto_grow_enabled             = true
  administrator_login           = "platform"
  administrator_password        = random_password.database_admin.result
  delegated_subnet_id           = var.database_subnet_id
  private_dns_zone_id           = var.private_dns_zone_ids["database"]
  public_network_access_enabled = false
  backup_retention_days         = var.backup_days
  geo_redundant_backup_enabled  = false
  tags                          = local.tags

  high_availability {
    mode = "ZoneRedundant"
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.storage.id]
  }

  customer_managed_key {
    key_vault_key_id                  = azurerm_key_vault_key.this["storage"].versionless_id
    primary_user_assigned_identity_id = azurerm_user_assigned_identity.storage.id
  }

  maintenance_window {
    day_of_week  = 0
    start_hour   = 3
    start_minute = 0
  }

  lifecycle {
    prevent_destroy = true
    # The zones may change places after a failover.
    ignore_changes = [zone, high_availability[0].standby_availability_zone]
  }

  depends_on = [azurerm_role_assignment.storage_key]
}

resource "azurerm_postgresql_flexible_server_configuration" "this" {
  for_each = {
    require_secure_transport   = "on"
    log_min_duration_statement = "1000"
    # Values of a statement may be personal data: none in the log.
    log_parameter_max_length = "0"
  }
  name      = each.key
  server_id = azurerm_postgresql_flexible_server.this.id
  value     = each.value
}

resource "azurerm_postgresql_flexible_server_database" "this" {
  name      = "customerai"
  server_id = azurerm_postgresql_flexible_server.this.id
  charset   = "UTF8"

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_management_lock" "database" {
  name       = "keep"
  scope      = azurerm_postgresql_flexible_server.this.id
  lock_level = "CanNotDelete"
  notes      = "Holds conversations: remove this lock first, on purpose."
}
