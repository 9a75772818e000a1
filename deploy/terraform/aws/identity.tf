locals {
  # Who may act as whom: a role, and the service accounts of the cluster that may take it.
  roles = {
    workload = ["gateway", "privacy", "responder", "insights", "fairness", "integrations", "migrate"]
    backup   = ["backup"]
    secrets  = ["secrets-reader"]
  }
}

data "aws_iam_policy_document" "trust" {
  for_each = local.roles

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [var.oidc_provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${var.oidc_issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${var.oidc_issuer}:sub"
      values   = [for account in each.value : "system:serviceaccount:${var.namespace}:${account}"]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each           = local.roles
  name               = "${var.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

data "aws_iam_policy_document" "workload" {
  statement {
    sid       = "OpenTheMasterKey"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.master.arn]

    # Only what was wrapped for this installation opens.
    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:customerai-installation"
      values   = [var.name]
    }
  }

  statement {
    sid       = "KeepFiles"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${aws_s3_bucket.this["objects"].arn}/objects/*"]
  }

  statement {
    sid       = "ListFiles"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this["objects"].arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["objects/*"]
    }
  }

  # An erasure is noted beside the backups before a key goes, so that a restore destroys it again.
  statement {
    sid       = "NoteErasures"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.this["backups"].arn}/backups/erasures/*"]
  }

  statement {
    sid       = "ListErasures"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this["backups"].arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["backups/erasures/*"]
    }
  }

  statement {
    sid       = "EncryptFiles"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.storage.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "backup" {
  # A backup reads what the processes keep and writes where they cannot.
  source_policy_documents = [data.aws_iam_policy_document.workload.json]

  statement {
    sid       = "KeepBackups"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${aws_s3_bucket.this["backups"].arn}/backups/*"]
  }

  statement {
    sid       = "ListBackups"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this["backups"].arn]
  }
}

data "aws_iam_policy_document" "secrets" {
  statement {
    sid       = "ReadSecrets"
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    resources = [for secret in aws_secretsmanager_secret.this : secret.arn]
  }

  statement {
    sid       = "OpenSecrets"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.storage.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.amazonaws.com"]
    }
  }
}

locals {
  policies = {
    workload = data.aws_iam_policy_document.workload.json
    backup   = data.aws_iam_policy_document.backup.json
    secrets  = data.aws_iam_policy_document.secrets.json
  }
}

resource "aws_iam_role_policy" "this" {
  for_each = local.policies
  name     = each.key
  role     = aws_iam_role.this[each.key].id
  policy   = each.value
}
