resource "random_password" "broker" {
  length  = 40
  special = false
}

resource "aws_security_group" "broker" {
  name        = "${var.name}-broker"
  description = "RabbitMQ from the cluster only"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "broker" {
  security_group_id            = aws_security_group.broker.id
  referenced_security_group_id = var.client_security_group_id
  description                  = "AMQP with TLS"
  ip_protocol                  = "tcp"
  from_port                    = 5671
  to_port                      = 5671
}

# Three nodes over the zones. At rest Amazon's own key encrypts it.
resource "aws_mq_broker" "this" {
  broker_name                = var.name
  engine_type                = "RabbitMQ"
  engine_version             = "3.13"
  deployment_mode            = "CLUSTER_MULTI_AZ"
  host_instance_type         = var.broker_instance_type
  publicly_accessible        = false
  auto_minor_version_upgrade = true
  subnet_ids                 = var.subnet_ids
  security_groups            = [aws_security_group.broker.id]

  user {
    username = "customerai"
    password = random_password.broker.result
  }

  logs {
    general = true
  }

  maintenance_window_start_time {
    day_of_week = "SUNDAY"
    time_of_day = "05:00"
    time_zone   = "UTC"
  }
}
