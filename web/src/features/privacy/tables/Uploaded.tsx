import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import {
  type TableReply,
  usePrivacyDeleteTableMutation,
  usePrivacyListTablesQuery,
} from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ConfirmDialog } from '../../../shared/components/ConfirmDialog';
import { QueryState } from '../../../shared/components/QueryState';
import { Section } from '../../../shared/components/Section';
import { formatCount, formatTime } from '../../../shared/format';
import { useAddress } from '../../../shared/hooks/useAddress';

const MOST = 20;

/** Tables whose file is still there: go on with one, or delete it before its hour is over. */
export function Uploaded({ onNote }: { onNote: (text: string) => void }) {
  const { t } = useTranslation();
  const { link } = useAddress();
  const query = usePrivacyListTablesQuery({ limit: MOST }, { refetchOnMountOrArgChange: true });
  const [remove, { isLoading, error, reset }] = usePrivacyDeleteTableMutation();
  const [leaving, setLeaving] = useState<TableReply>();
  const confirm = async () => {
    if (!leaving) return;
    const result = await remove({ tableId: leaving.id });
    if (result.error) return;
    setLeaving(undefined);
    onNote(t('tables.uploaded.deleted'));
  };
  const label = t('tables.uploaded.title');
  return (
    <Section title={label} text={t('tables.uploaded.text')}>
      <QueryState
        query={query}
        skeleton={<Skeleton variant="rounded" height="4rem" />}
        isEmpty={(page) => !page.items.some((each) => each.available)}
        empty={
          <Typography variant="body2" sx={{ color: 'text.secondary' }}>
            {t('tables.uploaded.none')}
          </Typography>
        }
      >
        {(page) => (
          <TableContainer tabIndex={0} role="region" aria-label={label}>
            <Table size="small" aria-label={label}>
              <TableHead>
                <TableRow>
                  <TableCell>{t('tables.uploaded.table')}</TableCell>
                  <TableCell align="right">{t('tables.uploaded.rows')}</TableCell>
                  <TableCell align="right">{t('tables.uploaded.columns')}</TableCell>
                  <TableCell>{t('tables.uploaded.until')}</TableCell>
                  <TableCell align="right">{t('tables.uploaded.actions')}</TableCell>
                </TableRow>
              </TableHead>
              <TableBody>
                {page.items
                  .filter((each) => each.available)
                  .map((table) => (
                    <TableRow key={table.id}>
                      <TableCell component="th" scope="row" sx={{ fontFamily: 'monospace' }}>
                        {`${table.id} (${table.format})`}
                      </TableCell>
                      <TableCell align="right">{formatCount(table.rows)}</TableCell>
                      <TableCell align="right">{formatCount(table.columns.length)}</TableCell>
                      <TableCell>{formatTime(table.expires_at)}</TableCell>
                      <TableCell align="right" sx={{ whiteSpace: 'nowrap' }}>
                        <Button
                          component={Link}
                          to={link({ table: table.id })}
                          size="small"
                          aria-label={t('tables.uploaded.goOnNamed', { id: table.id })}
                        >
                          {t('tables.uploaded.goOn')}
                        </Button>
                        <Button
                          size="small"
                          color="error"
                          aria-label={t('tables.uploaded.deleteNamed', { id: table.id })}
                          onClick={() => setLeaving(table)}
                        >
                          {t('tables.uploaded.delete')}
                        </Button>
                      </TableCell>
                    </TableRow>
                  ))}
              </TableBody>
            </Table>
          </TableContainer>
        )}
      </QueryState>
      {leaving && (
        <ConfirmDialog
          title={t('tables.uploaded.ask')}
          text={t('tables.uploaded.askText')}
          confirm={t('tables.uploaded.confirm')}
          busy={isLoading}
          problem={problemOf(error)}
          onClose={() => {
            reset();
            setLeaving(undefined);
          }}
          onConfirm={() => void confirm()}
        />
      )}
    </Section>
  );
}
