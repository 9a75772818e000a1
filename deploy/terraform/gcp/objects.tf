locals {
  # What processes share, and the backups apart from it, so that no process may change a backup.
  buckets = {
    objects = "${var.name}-${var.bucket_suffix}-objects"
    backups = "${var.name}-${var.bucket_suffix}-backups"
  }
}

resource "google_storage_bucket" "this" {
  for_each                    = local.buckets
  name                        = each.value
  location                    = upper(var.region)
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  versioning {
    enabled = true
  }

  encryption {
    default_kms_key_name = google_kms_crypto_key.storage.id
  }

  # What was deleted is gone after this long: erasure is promised within it.
  lifecycle_rule {
    condition {
      days_since_noncurrent_time = 14
    }

    action {
      type = "Delete"
    }
  }

  lifecycle_rule {
    condition {
      age = 2
    }

    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }

  # Google keeps deleted objects seven days of its own accord: not what erasure promises.
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_kms_crypto_key_iam_member.agents]
}
