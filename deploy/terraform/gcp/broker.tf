# Google rents no RabbitMQ: it runs on the cluster by the RabbitMQ cluster operator
# (deploy/kubernetes/components/rabbitmq), on disks that google_kms_crypto_key.storage encrypts.
# Here is only its user.
resource "random_password" "broker" {
  length  = 40
  special = false
}
