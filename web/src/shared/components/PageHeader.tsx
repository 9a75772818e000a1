import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  title: string;
  text?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
}

/** The heading of a page; it names the browser tab too. */
export function PageHeader({ title, text, actions, above }: Props) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  return (
    <Box component="header" sx={{ mb: 3 }}>
      {above}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, alignItems: 'flex-end' }}>
        <Box sx={{ flex: '1 1 18rem', minWidth: 0 }}>
          <Typography variant="h1">{title}</Typography>
          {text && (
            <Typography
              variant="body2"
              sx={{ color: 'text.secondary', mt: 0.5, maxWidth: '46rem' }}
            >
              {text}
            </Typography>
          )}
        </Box>
        {actions}
      </Box>
    </Box>
  );
}
