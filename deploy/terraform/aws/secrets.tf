# The role `customerai` of the database is made once by hand with this password: docs/guide/kubernetes.md.
resource "random_password" "database" {
  length  = 40
  special = false
}

locals {
  addresses = {
    database_url = "postgresql+asyncpg://customerai:${random_password.database.result}@${aws_db_instance.this.endpoint}/customerai?ssl=require"
    cache_url    = "rediss://:${random_password.cache.result}@${aws_elasticache_replication_group.this.primary_endpoint_address}:6379/0"
    bus_url      = "amqps://customerai:${random_password.broker.result}@${trimprefix(aws_mq_broker.this.instances[0].endpoints[0], "amqps://")}/"
  }
}

resource "aws_secretsmanager_secret" "this" {
  # wrapped_master_key is filled by the operator, who wraps it: no plan ever sees it.
  for_each                = toset(["database_url", "cache_url", "bus_url", "wrapped_master_key"])
  name                    = "${var.name}/${each.key}"
  description             = "${var.name}: ${each.key}"
  kms_key_id              = aws_kms_key.storage.arn
  recovery_window_in_days = 30
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each      = local.addresses
  secret_id     = aws_secretsmanager_secret.this[each.key].id
  secret_string = each.value
}
