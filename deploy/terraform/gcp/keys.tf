resource "google_kms_key_ring" "this" {
  name     = var.name
  location = var.region
}

locals {
  ninety_days = "7776000s"
}

# Opens the master key at a process's start, and nothing else.
resource "google_kms_crypto_key" "master" {
  name            = "master"
  key_ring        = google_kms_key_ring.this.id
  rotation_period = local.ninety_days

  lifecycle {
    prevent_destroy = true
  }
}

# Encrypts the disks and buckets.
resource "google_kms_crypto_key" "storage" {
  name            = "storage"
  key_ring        = google_kms_key_ring.this.id
  rotation_period = local.ninety_days

  lifecycle {
    prevent_destroy = true
  }
}

data "google_project" "this" {}

locals {
  # Google's own agents that encrypt on behalf of the services rented here.
  agents = {
    sql     = "service-${data.google_project.this.number}@gcp-sa-cloud-sql.iam.gserviceaccount.com"
    redis   = "service-${data.google_project.this.number}@cloud-redis.iam.gserviceaccount.com"
    storage = "service-${data.google_project.this.number}@gs-project-accounts.iam.gserviceaccount.com"
    disks   = "service-${data.google_project.this.number}@compute-system.iam.gserviceaccount.com"
  }
}

resource "google_kms_crypto_key_iam_member" "agents" {
  for_each      = local.agents
  crypto_key_id = google_kms_crypto_key.storage.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${each.value}"
}
