import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import Skeleton from '@mui/material/Skeleton';
import { usePrivacyGetRecognizerQuery } from '../../../api/generatedPrivacy';
import { QueryState } from '../../../shared/components/QueryState';
import { RecognizerForm } from './RecognizerForm';

interface Props {
  /** The recognizer to change; undefined for a new one. */
  name: string | undefined;
  onClose: () => void;
  onSaved: (name: string) => void;
}

function Changed({ name, onClose, onSaved }: Props & { name: string }) {
  const query = usePrivacyGetRecognizerQuery({ name }, { refetchOnMountOrArgChange: true });
  if (query.isFetching || !query.data) {
    return (
      <DialogContent>
        <QueryState query={query} skeleton={<Skeleton variant="rounded" height="16rem" />}>
          {() => <Skeleton variant="rounded" height="16rem" />}
        </QueryState>
      </DialogContent>
    );
  }
  return <RecognizerForm spec={query.data.spec} onClose={onClose} onSaved={onSaved} />;
}

/** A recognizer of the company's own, new or changed. */
export function RecognizerDialog(props: Props) {
  const { name, onClose, onSaved } = props;
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby="recognizer-title">
      {name === undefined ? (
        <RecognizerForm onClose={onClose} onSaved={onSaved} />
      ) : (
        <Changed {...props} name={name} />
      )}
    </Dialog>
  );
}
