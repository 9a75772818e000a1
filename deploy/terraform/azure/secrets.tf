# The role `customerai` of the database is made once by hand with this password: docs/guide/kubernetes.md.
resource "random_password" "database" {
  length  = 40
  special = false
}

locals {
  values = {
    database-url = "postgresql+asyncpg://customerai:${random_password.database.result}@${azurerm_postgresql_flexible_server.this.fqdn}:5432/customerai?ssl=require"
    cache-url    = "rediss://:${urlencode(azurerm_redis_cache.this.primary_access_key)}@${azurerm_redis_cache.this.hostname}:${azurerm_redis_cache.this.ssl_port}/0"
    # The certificate of RabbitMQ is signed by the installation's own authority.
    bus-url       = "amqps://customerai:${random_password.broker.result}@rabbitmq.${var.namespace}.svc:5671/?cafile=/run/secrets/tls/ca.crt"
    rabbitmq-user = jsonencode({ username = "customerai", password = random_password.broker.result, "default_user.conf" = "default_user = customerai\ndefault_pass = ${random_password.broker.result}\n" })
  }
}

# wrapped-master-key is put there by the operator, who wraps it: no plan ever sees it.
resource "azurerm_key_vault_secret" "this" {
  for_each     = local.values
  name         = each.key
  value        = each.value
  key_vault_id = azurerm_key_vault.this.id
  content_type = "text/plain"
  tags         = local.tags
}
