# Each says which line of deploy/kubernetes/overlays/azure it belongs in.

output "keys_kms" {
  description = "Settings: CUSTOMERAI_KEYS__KMS."
  value       = "azurekms://${trimsuffix(trimprefix(azurerm_key_vault.this.vault_uri, "https://"), "/")}/keys/${azurerm_key_vault_key.this["master"].name}"
}

output "objects_url" {
  description = "Settings: CUSTOMERAI_OBJECTS__URL."
  value       = "azure://${azurerm_storage_account.this.primary_blob_host}/${azurerm_storage_container.this["objects"].name}"
}

output "backup_url" {
  description = "Settings: CUSTOMERAI_BACKUP__URL."
  value       = "azure://${azurerm_storage_account.this.primary_blob_host}/${azurerm_storage_container.this["backups"].name}"
}

output "vault_url" {
  description = "secrets.yaml: vaultUrl."
  value       = azurerm_key_vault.this.vault_uri
}

output "tenant_id" {
  description = "secrets.yaml: azure.workload.identity/tenant-id."
  value       = data.azurerm_client_config.this.tenant_id
}

output "client_ids" {
  description = "Service accounts: azure.workload.identity/client-id, for workload, backup and secrets."
  value       = { for name, identity in azurerm_user_assigned_identity.this : name => identity.client_id }
}

output "disk_encryption_set_id" {
  description = "storage.yaml: diskEncryptionSetID."
  value       = azurerm_disk_encryption_set.this.id
}

output "secret_names" {
  description = "secrets.yaml: the keys that external-secrets reads, beside wrapped-master-key."
  value       = { for name, secret in azurerm_key_vault_secret.this : name => secret.name }
}

output "database_fqdn" {
  description = "Where PostgreSQL listens, for making the role."
  value       = azurerm_postgresql_flexible_server.this.fqdn
}
