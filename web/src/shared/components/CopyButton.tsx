import CheckOutlined from '@mui/icons-material/CheckOutlined';
import ContentCopyOutlined from '@mui/icons-material/ContentCopyOutlined';
import Button from '@mui/material/Button';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const SHOWN_MS = 2000;

interface Props {
  text: string;
  label?: string;
  variant?: 'text' | 'outlined' | 'contained';
}

export function CopyButton({ text, label, variant = 'text' }: Props) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <Button
      size="small"
      variant={variant}
      startIcon={copied ? <CheckOutlined /> : <ContentCopyOutlined />}
      onClick={() => void copy()}
      aria-live="polite"
    >
      {copied ? t('actions.copied') : (label ?? t('actions.copy'))}
    </Button>
  );
}
