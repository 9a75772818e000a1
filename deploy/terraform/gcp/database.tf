resource "google_sql_database_instance" "this" {
  name                = var.name
  region              = var.region
  database_version    = "POSTGRES_15"
  encryption_key_name = google_kms_crypto_key.storage.id
  deletion_protection = true

  settings {
    tier                        = var.database_tier
    edition                     = "ENTERPRISE"
    availability_type           = "REGIONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.database_storage_gib
    disk_autoresize             = true
    deletion_protection_enabled = true

    ip_configuration {
      ipv4_enabled    = false
      private_network = var.network_id
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "01:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = var.backup_days
      }
    }

    maintenance_window {
      day  = 7
      hour = 3
    }

    database_flags {
      name  = "log_min_duration_statement"
      value = "1000"
    }

    # Values of a statement may be personal data: none in the log.
    database_flags {
      name  = "log_parameter_max_length"
      value = "0"
    }
  }

  depends_on = [google_kms_crypto_key_iam_member.agents]
}

resource "google_sql_database" "this" {
  name     = "customerai"
  instance = google_sql_database_instance.this.name
}

resource "random_password" "database_admin" {
  length  = 40
  special = false
}

# Makes the role of the processes, once, by hand: docs/guide/kubernetes.md.
resource "google_sql_user" "admin" {
  name     = "postgres"
  instance = google_sql_database_instance.this.name
  password = random_password.database_admin.result
}
