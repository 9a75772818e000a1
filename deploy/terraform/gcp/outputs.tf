# Each says which line of deploy/kubernetes/overlays/gcp it belongs in.

output "keys_kms" {
  description = "Settings: CUSTOMERAI_KEYS__KMS."
  value       = "gcpkms://${google_kms_crypto_key.master.id}"
}

output "objects_url" {
  description = "Settings: CUSTOMERAI_OBJECTS__URL."
  value       = "gs://${google_storage_bucket.this["objects"].name}/objects"
}

output "backup_url" {
  description = "Settings: CUSTOMERAI_BACKUP__URL."
  value       = "gs://${google_storage_bucket.this["backups"].name}/backups"
}

output "storage_key" {
  description = "storage.yaml: disk-encryption-kms-key."
  value       = google_kms_crypto_key.storage.id
}

output "service_accounts" {
  description = "Service accounts: iam.gke.io/gcp-service-account, for workload, backup and secrets."
  value       = { for name, account in google_service_account.this : name => account.email }
}

output "secret_names" {
  description = "secrets.yaml: the keys that external-secrets reads."
  value       = { for name, secret in google_secret_manager_secret.this : name => secret.secret_id }
}

output "cache_authority" {
  description = "Certificate authority of Redis, which is Google's own for this instance: docs/guide/kubernetes.md."
  value       = google_redis_instance.this.server_ca_certs[0].cert
}

output "database_address" {
  description = "Where PostgreSQL listens, for making the role; network.yaml: its range."
  value       = google_sql_database_instance.this.private_ip_address
}
