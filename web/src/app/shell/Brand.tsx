import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { BrandMark } from '../../shared/components/BrandMark';

export function Brand() {
  const { t } = useTranslation();
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.25, px: 2.5, height: '4rem' }}>
      <BrandMark />
      <Typography
        component="span"
        sx={{ fontWeight: 680, letterSpacing: '-0.02em', fontSize: '1.0625rem' }}
      >
        {t('app.name')}
      </Typography>
    </Box>
  );
}
