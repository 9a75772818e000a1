# Opens the master key at a process's start, and nothing else.
resource "aws_kms_key" "master" {
  description             = "${var.name}: wraps the master key"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "master" {
  name          = "alias/${var.name}-master"
  target_key_id = aws_kms_key.master.key_id
}

# Encrypts the disks, buckets and secrets.
resource "aws_kms_key" "storage" {
  description             = "${var.name}: storage at rest"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "storage" {
  name          = "alias/${var.name}-storage"
  target_key_id = aws_kms_key.storage.key_id
}
