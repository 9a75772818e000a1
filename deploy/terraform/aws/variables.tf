variable "name" {
  type        = string
  description = "Begins the name of everything; also `keys.installation`, to which wrapped keys are bound."
  default     = "customerai"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.name))
    error_message = "Small letters, digits and hyphens, at most 20."
  }
}

variable "region" {
  type        = string
  description = "The region, such as eu-central-1."
}

variable "vpc_id" {
  type        = string
  description = "The network of the cluster."
}

variable "subnet_ids" {
  type        = list(string)
  description = "Private subnets in different zones, for the engines."

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "Two zones at least."
  }
}

variable "client_security_group_id" {
  type        = string
  description = "Security group of the cluster's nodes: the only ones that reach the engines."
}

variable "oidc_provider_arn" {
  type        = string
  description = "The cluster's OIDC provider in IAM."
}

variable "oidc_issuer" {
  type        = string
  description = "The cluster's OIDC issuer without https://."
}

variable "namespace" {
  type        = string
  description = "The Kubernetes namespace that the processes run in."
  default     = "customerai"
}

variable "database_class" {
  type        = string
  description = "Instance class of PostgreSQL."
  default     = "db.m7g.large"
}

variable "database_storage_gib" {
  type        = number
  description = "Storage of PostgreSQL at the start; it grows by itself to eight times as much."
  default     = 100
}

variable "backup_days" {
  type        = number
  description = "Days for which the database's own backups are kept."
  default     = 14
}

variable "cache_node_type" {
  type        = string
  description = "Node type of Redis."
  default     = "cache.t4g.small"
}

variable "broker_instance_type" {
  type        = string
  description = "Instance type of each of the three RabbitMQ nodes."
  default     = "mq.m5.large"
}

variable "bucket_suffix" {
  type        = string
  description = "Makes the buckets' names unique in the world, such as the company's name."
}

variable "tags" {
  type        = map(string)
  description = "Further tags of everything."
  default     = {}
}
