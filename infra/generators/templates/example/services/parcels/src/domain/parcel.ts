/** As a client hands it in. */
export interface NewParcel {
  parcelId: string;
  content: string;
}

export interface Parcel extends NewParcel {
  acceptedAt: Date;
  /** Where the depot has put it. */
  stored?: { shelf: string; at: Date };
}
