# Azure rents no RabbitMQ: it runs on the cluster by the RabbitMQ cluster operator
# (deploy/kubernetes/components/rabbitmq), on disks that azurerm_disk_encryption_set.this encrypts.
# Here is only its user.
resource "random_password" "broker" {
  length  = 40
  special = false
}
