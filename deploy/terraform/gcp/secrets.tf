# The role `customerai` of the database is made once by hand with this password: docs/guide/kubernetes.md.
resource "random_password" "database" {
  length  = 40
  special = false
}

locals {
  values = {
    database-url = "postgresql+asyncpg://customerai:${random_password.database.result}@${google_sql_database_instance.this.private_ip_address}:5432/customerai?ssl=require"
    cache-url    = "rediss://:${google_redis_instance.this.auth_string}@${google_redis_instance.this.host}:${google_redis_instance.this.port}/0"
    # The certificate of RabbitMQ is signed by the installation's own authority.
    bus-url       = "amqps://customerai:${random_password.broker.result}@rabbitmq.${var.namespace}.svc:5671/?cafile=/run/secrets/tls/ca.crt"
    rabbitmq-user = jsonencode({ username = "customerai", password = random_password.broker.result, "default_user.conf" = "default_user = customerai\ndefault_pass = ${random_password.broker.result}\n" })
  }
}

resource "google_secret_manager_secret" "this" {
  # wrapped-master-key is filled by the operator, who wraps it: no plan ever sees it.
  for_each  = toset(["database-url", "cache-url", "bus-url", "rabbitmq-user", "wrapped-master-key"])
  secret_id = "${var.name}-${each.key}"

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

resource "google_secret_manager_secret_version" "this" {
  for_each    = local.values
  secret      = google_secret_manager_secret.this[each.key].id
  secret_data = each.value
}
