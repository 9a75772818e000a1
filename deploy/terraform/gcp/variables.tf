variable "name" {
  type        = string
  description = "Begins the name of everything; also `keys.installation`, to which wrapped keys are bound."
  default     = "customerai"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.name))
    error_message = "Small letters, digits and hyphens, at most 20."
  }
}

variable "project" {
  type        = string
  description = "The project's id."
}

variable "region" {
  type        = string
  description = "The region, such as europe-west3."
}

variable "network_id" {
  type        = string
  description = "The cluster's VPC network, with private service access set up for Google's services."
}

variable "namespace" {
  type        = string
  description = "The Kubernetes namespace that the processes run in."
  default     = "customerai"
}

variable "database_tier" {
  type        = string
  description = "Machine of PostgreSQL."
  default     = "db-custom-2-8192"
}

variable "database_storage_gib" {
  type        = number
  description = "Storage of PostgreSQL at the start; it grows by itself."
  default     = 100
}

variable "backup_days" {
  type        = number
  description = "How many of the database's own daily backups are kept."
  default     = 14
}

variable "cache_memory_gib" {
  type        = number
  description = "Memory of Redis."
  default     = 1
}

variable "bucket_suffix" {
  type        = string
  description = "Makes the buckets' names unique in the world, such as the company's name."
}

variable "labels" {
  type        = map(string)
  description = "Further labels of everything."
  default     = {}
}
