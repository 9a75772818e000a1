terraform {
  required_version = ">= 1.9"
  # The state holds passwords: keep it in an encrypted, locked backend that few may read.
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.6"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = merge({ application = var.name, managed-by = "terraform" }, var.tags)
  }
}
