import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import Typography from '@mui/material/Typography';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { BrandMark } from '../../shared/components/BrandMark';

interface Props {
  title: string;
  text?: string;
  children: ReactNode;
}

/** The frame of the two pages before the console: the product's name and one card. */
export function FrontPage({ title, text, children }: Props) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  return (
    <Box
      component="main"
      sx={{ minHeight: '100vh', display: 'grid', placeItems: 'center', px: 2, py: 4 }}
    >
      <Box sx={{ width: '100%', maxWidth: '26rem', display: 'grid', gap: 3 }}>
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.25, justifyContent: 'center' }}>
          <BrandMark size="2.25rem" />
          <Typography
            component="span"
            sx={{ fontSize: '1.375rem', fontWeight: 680, letterSpacing: '-0.025em' }}
          >
            {t('app.name')}
          </Typography>
        </Box>
        <Card sx={{ p: { xs: 2.5, sm: 4 }, display: 'grid', gap: 2.5 }}>
          <Box>
            <Typography variant="h1">{title}</Typography>
            {text && (
              <Typography variant="body2" sx={{ mt: 0.75, color: 'text.secondary' }}>
                {text}
              </Typography>
            )}
          </Box>
          {children}
        </Card>
        <Typography variant="caption" sx={{ textAlign: 'center', color: 'text.secondary' }}>
          {t('session.tagline')}
        </Typography>
      </Box>
    </Box>
  );
}
