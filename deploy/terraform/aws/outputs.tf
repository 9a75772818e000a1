# Each says which line of deploy/kubernetes/overlays/aws it belongs in.

output "keys_kms" {
  description = "Settings: CUSTOMERAI_KEYS__KMS."
  value       = "awskms://${aws_kms_key.master.arn}?region=${var.region}"
}

output "objects_url" {
  description = "Settings: CUSTOMERAI_OBJECTS__URL."
  value       = "s3://${aws_s3_bucket.this["objects"].bucket}/objects"
}

output "backup_url" {
  description = "Settings: CUSTOMERAI_BACKUP__URL."
  value       = "s3://${aws_s3_bucket.this["backups"].bucket}/backups"
}

output "role_arns" {
  description = "Service accounts: eks.amazonaws.com/role-arn, for workload, backup and secrets."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "secret_names" {
  description = "secrets.yaml: the keys that external-secrets reads."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.name }
}

output "database_endpoint" {
  description = "Where PostgreSQL listens, for making the role; its own password is in database_admin_secret."
  value       = aws_db_instance.this.endpoint
}

output "database_admin_secret" {
  description = "The secret that RDS keeps for the user postgres."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}
