variable "name" {
  type        = string
  description = "Begins the name of everything; also `keys.installation`, to which wrapped keys are bound."
  default     = "customerai"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,13}$", var.name))
    error_message = "Small letters and digits, at most 14."
  }
}

variable "suffix" {
  type        = string
  description = "Makes names unique in the world, such as the company's name: small letters and digits."

  validation {
    condition     = can(regex("^[a-z0-9]{2,8}$", var.suffix))
    error_message = "Two to eight small letters and digits."
  }
}

variable "subscription_id" {
  type        = string
  description = "The subscription."
}

variable "resource_group_name" {
  type        = string
  description = "The resource group that everything is put in."
}

variable "location" {
  type        = string
  description = "The region, such as germanywestcentral."
}

variable "database_subnet_id" {
  type        = string
  description = "Subnet that is delegated to PostgreSQL."
}

variable "endpoints_subnet_id" {
  type        = string
  description = "Subnet for the private endpoints of Redis, Key Vault and storage."
}

variable "private_dns_zone_ids" {
  type        = map(string)
  description = "Private DNS zones by service: database, cache, vault, blob."

  validation {
    condition     = length(setsubtract(["database", "cache", "vault", "blob"], keys(var.private_dns_zone_ids))) == 0
    error_message = "database, cache, vault and blob."
  }
}

variable "oidc_issuer_url" {
  type        = string
  description = "The cluster's OIDC issuer."
}

variable "namespace" {
  type        = string
  description = "The Kubernetes namespace that the processes run in."
  default     = "customerai"
}

variable "database_sku" {
  type        = string
  description = "Machine of PostgreSQL."
  default     = "GP_Standard_D2ds_v5"
}

variable "database_storage_mib" {
  type        = number
  description = "Storage of PostgreSQL at the start; it grows by itself."
  default     = 131072
}

variable "backup_days" {
  type        = number
  description = "Days for which the database's own backups are kept."
  default     = 14
}

variable "tags" {
  type        = map(string)
  description = "Further tags of everything."
  default     = {}
}
