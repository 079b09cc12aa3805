package io.millrace.ingress.batches;

import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.ingress.BatchCheck;
import io.millrace.ingress.BatchEstimate;
import io.millrace.schemas.BatchChecked;
import java.io.IOException;
import java.time.Instant;

/** Reads a file as a batch would, and adds up what its lines would take. Blocks. */
public final class EstimateReader {

  private EstimateReader() {}

  /**
   * Reads to the end, or until there are too many mistakes.
   *
   * @param blobRef the file
   * @param lineBytesMax longest line
   */
  public static BatchChecked read(
      BlobStore blobs, String blobRef, int lineBytesMax, BatchCheck check, BatchEstimate estimate)
      throws IOException {
    int total = 0;
    try (var reader = new LineReader(blobs.open(blobRef, 0), lineBytesMax, 1, 0)) {
      for (var line = reader.next(); line.isPresent(); line = reader.next()) {
        if (line.get().isTooLong()) {
          check.acceptTooLong(line.get().number());
        } else if (!line.get().isBlank()) {
          var parsed = check.accept(line.get().number(), line.get().text());
          if (parsed.isPresent()) {
            total++;
            estimate.add(parsed.get().endpoint(), parsed.get().call());
          }
        }
        if (check.isOver() || Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    return check.result("", "", total, Instant.EPOCH);
  }
}
