package io.millrace.ingress;

/** Where the bytes of a file come from. */
public sealed interface FileContent {

  /** They were uploaded and are in the blob store. */
  record InBlob(String ref) implements FileContent {}

  /** They are made of a batch's results as they are read. */
  record OfBatch(BatchIds.ResultFile file) implements FileContent {}
}
