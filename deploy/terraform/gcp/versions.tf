terraform {
  required_version = ">= 1.9"
  # The state holds passwords: keep it in an encrypted, locked backend that few may read.
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.6"
    }
  }
}

provider "google" {
  project = var.project
  region  = var.region

  default_labels = merge({ application = var.name, managed-by = "terraform" }, var.labels)
}
