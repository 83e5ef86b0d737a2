import { describeTable } from '../helpers/go-cells/table.ts';

describeTable('prelinked');
