import VisibilityOffOutlined from '@mui/icons-material/VisibilityOffOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useTranslation } from 'react-i18next';
import type { ShownReply } from '../../../api/generatedPrivacy';
import { useEntityName } from '../../../shared/hooks/useEntityName';

interface Props {
  shown: ShownReply;
  onHide: () => void;
}

/** The values that were asked for; they are in no store but this page's. */
export function Values({ shown, onHide }: Props) {
  const { t } = useTranslation();
  const name = useEntityName();
  const label = t('vault.values.table');
  return (
    <Box aria-live="polite">
      <Alert
        role="note"
        severity="warning"
        variant="outlined"
        action={
          <Button
            size="small"
            color="inherit"
            startIcon={<VisibilityOffOutlined />}
            onClick={onHide}
          >
            {t('vault.values.hide')}
          </Button>
        }
      >
        {t('vault.values.audited', { id: shown.id })}
      </Alert>
      <TableContainer tabIndex={0} role="region" aria-label={label} sx={{ mt: 1 }}>
        <Table size="small" aria-label={label}>
          <TableHead>
            <TableRow>
              <TableCell>{t('vault.values.placeholder')}</TableCell>
              <TableCell>{t('vault.values.type')}</TableCell>
              <TableCell>{t('vault.values.value')}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {shown.values.map((value) => (
              <TableRow key={value.placeholder}>
                <TableCell component="th" scope="row" sx={{ fontFamily: 'monospace' }}>
                  {value.placeholder}
                </TableCell>
                <TableCell>{name.of(value.type)}</TableCell>
                <TableCell sx={{ overflowWrap: 'anywhere' }}>{value.value}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </TableContainer>
    </Box>
  );
}
