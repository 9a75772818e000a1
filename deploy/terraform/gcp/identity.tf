locals {
  # Who may act as whom: an account of the cloud, and the service accounts of the cluster that may.
  accounts = {
    workload = ["gateway", "privacy", "responder", "insights", "fairness", "integrations", "migrate"]
    backup   = ["backup"]
    secrets  = ["secrets-reader"]
  }
  bindings = merge([
    for account, members in local.accounts : {
      for member in members : "${account}/${member}" => { account = account, member = member }
    }
  ]...)
}

resource "google_service_account" "this" {
  for_each     = local.accounts
  account_id   = "${var.name}-${each.key}"
  display_name = "${var.name}: ${each.key}"
}

resource "google_service_account_iam_member" "this" {
  for_each           = local.bindings
  service_account_id = google_service_account.this[each.value.account].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project}.svc.id.goog[${var.namespace}/${each.value.member}]"
}

resource "google_kms_crypto_key_iam_member" "master" {
  for_each      = toset(["workload", "backup"])
  crypto_key_id = google_kms_crypto_key.master.id
  role          = "roles/cloudkms.cryptoKeyDecrypter"
  member        = google_service_account.this[each.key].member
}

resource "google_storage_bucket_iam_member" "objects" {
  for_each = toset(["workload", "backup"])
  bucket   = google_storage_bucket.this["objects"].name
  role     = "roles/storage.objectUser"
  member   = google_service_account.this[each.key].member
}

resource "google_storage_bucket_iam_member" "backups" {
  bucket = google_storage_bucket.this["backups"].name
  role   = "roles/storage.objectUser"
  member = google_service_account.this["backup"].member
}

# An erasure is noted beside the backups before a key goes, so that a restore destroys it again.
resource "google_storage_bucket_iam_member" "erasures" {
  bucket = google_storage_bucket.this["backups"].name
  role   = "roles/storage.objectUser"
  member = google_service_account.this["workload"].member

  condition {
    title      = "erasures only"
    expression = "resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.this["backups"].name}/objects/backups/erasures/\") || api.getAttribute(\"storage.googleapis.com/objectListPrefix\", \"\").startsWith(\"backups/erasures/\")"
  }
}

resource "google_secret_manager_secret_iam_member" "this" {
  for_each  = google_secret_manager_secret.this
  secret_id = each.value.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.this["secrets"].member
}
