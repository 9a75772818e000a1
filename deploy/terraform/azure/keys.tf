data "azurerm_client_config" "this" {}

locals {
  tags = merge({ application = var.name, managed-by = "terraform" }, var.tags)
}

# The master key must never be lost by a slip: deleted keys stay for 90 days and cannot be purged.
resource "azurerm_key_vault" "this" {
  name                          = "${var.name}-${var.suffix}"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tenant_id                     = data.azurerm_client_config.this.tenant_id
  sku_name                      = "premium"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = false
  tags                          = local.tags

  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
  }
}

# master opens the master key at a process's start, and nothing else; storage encrypts at rest.
resource "azurerm_key_vault_key" "this" {
  for_each     = toset(["master", "storage"])
  name         = each.key
  key_vault_id = azurerm_key_vault.this.id
  key_type     = "RSA-HSM"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]
  tags         = local.tags

  rotation_policy {
    expire_after         = "P2Y"
    notify_before_expiry = "P30D"

    automatic {
      time_after_creation = "P90D"
    }
  }
}

resource "azurerm_user_assigned_identity" "storage" {
  name                = "${var.name}-storage"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = local.tags
}

# What encrypts the database and the storage account with the key.
resource "azurerm_role_assignment" "storage_key" {
  scope                = azurerm_key_vault_key.this["storage"].resource_versionless_id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = azurerm_user_assigned_identity.storage.principal_id
}

resource "azurerm_private_endpoint" "vault" {
  name                = "${var.name}-vault"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.endpoints_subnet_id
  tags                = local.tags

  private_service_connection {
    name                           = "vault"
    private_connection_resource_id = azurerm_key_vault.this.id
    subresource_names              = ["vault"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "vault"
    private_dns_zone_ids = [var.private_dns_zone_ids["vault"]]
  }
}

# Disks of RabbitMQ, through the class customerai-fast.
resource "azurerm_disk_encryption_set" "this" {
  name                      = var.name
  resource_group_name       = var.resource_group_name
  location                  = var.location
  key_vault_key_id          = azurerm_key_vault_key.this["storage"].versionless_id
  auto_key_rotation_enabled = true
  encryption_type           = "EncryptionAtRestWithCustomerKey"
  tags                      = local.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.storage.id]
  }

  depends_on = [azurerm_role_assignment.storage_key]
}
