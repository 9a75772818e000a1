locals {
  # Who may act as whom: an identity of the cloud, and the service accounts of the cluster that may.
  identities = {
    workload = ["gateway", "privacy", "responder", "insights", "fairness", "integrations", "migrate"]
    backup   = ["backup"]
    secrets  = ["secrets-reader"]
  }
  federations = merge([
    for identity, members in local.identities : {
      for member in members : "${identity}-${member}" => { identity = identity, member = member }
    }
  ]...)
}

resource "azurerm_user_assigned_identity" "this" {
  for_each            = local.identities
  name                = "${var.name}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = local.tags
}

resource "azurerm_federated_identity_credential" "this" {
  for_each            = local.federations
  name                = each.key
  resource_group_name = var.resource_group_name
  parent_id           = azurerm_user_assigned_identity.this[each.value.identity].id
  issuer              = var.oidc_issuer_url
  audience            = ["api://AzureADTokenExchange"]
  subject             = "system:serviceaccount:${var.namespace}:${each.value.member}"
}

# Unwrapping is all that a process does with the key; the operator who wraps has a role of their own.
resource "azurerm_role_assignment" "master_key" {
  for_each             = toset(["workload", "backup"])
  scope                = azurerm_key_vault_key.this["master"].resource_versionless_id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = azurerm_user_assigned_identity.this[each.key].principal_id
}

resource "azurerm_role_assignment" "objects" {
  for_each             = toset(["workload", "backup"])
  scope                = azurerm_storage_container.this["objects"].id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.this[each.key].principal_id
}

resource "azurerm_role_assignment" "backups" {
  scope                = azurerm_storage_container.this["backups"].id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.this["backup"].principal_id
}

# An erasure is noted beside the backups before a key goes, so that a restore destroys it again.
resource "azurerm_role_assignment" "erasures" {
  scope                = azurerm_storage_container.this["backups"].id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.this["workload"].principal_id
  condition_version    = "2.0"
  condition            = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringStartsWith 'erasures/' OR @Request[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:prefix] StringStartsWith 'erasures/'"
}

resource "azurerm_role_assignment" "secrets" {
  scope                = azurerm_key_vault.this.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.this["secrets"].principal_id
}
