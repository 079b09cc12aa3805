package io.millrace.ingress.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of the view's stores. Each begins with the account and a zero byte, so that no range reaches
 * into another account; numbers are big-endian, so that order of keys is order of numbers.
 */
final class ViewKeys {

  private static final byte CREATED = 'c';
  private static final byte FINISHED = 'f';
  private static final byte FILE = 'F';
  private static final byte DEAD_BLOB = 'X';
  private static final byte BATCH = 'B';
  private static final byte BATCH_COUNTS = 'N';
  private static final byte OPEN_BATCH = 'O';
  private static final byte BATCH_KEY = 'I';
  private static final byte KEPT_BODY = 'k';

  private ViewKeys() {}

  /** Of a request, or of where its id would stand. */
  static Bytes request(byte[] account, String requestId) {
    var id = requestId.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(account.length + 1 + id.length)
            .put(account)
            .put((byte) 0)
            .put(id)
            .array());
  }

  /** In the order of submission; only ids that do not carry their time themselves. */
  static Bytes created(byte[] account, long millis, String requestId) {
    var id = requestId.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(account.length + 2 + Long.BYTES + id.length)
            .put(account)
            .put((byte) 0)
            .put(CREATED)
            .putLong(millis)
            .put(id)
            .array());
  }

  /** Of a batch's requests in the order of finishing. */
  static Bytes finished(byte[] account, String batchId, long offset) {
    var batch = batchId.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(account.length + 3 + batch.length + Long.BYTES)
            .put(account)
            .put((byte) 0)
            .put(FINISHED)
            .put(batch)
            .put((byte) 0)
            .putLong(offset)
            .array());
  }

  /** Of an uploaded file. */
  static Bytes file(byte[] account, String fileId) {
    return inSpace(account, FILE, fileId);
  }

  /** Behind all files of the account. */
  static Bytes afterFiles(byte[] account) {
    return inSpace(account, (byte) (FILE + 1), "");
  }

  /** Of a batch. */
  static Bytes batch(byte[] account, String batchId) {
    return inSpace(account, BATCH, batchId);
  }

  /** Behind all batches of the account. */
  static Bytes afterBatches(byte[] account) {
    return inSpace(account, (byte) (BATCH + 1), "");
  }

  /** Of what the results of a batch add up to, beside its row, because it changes with each. */
  static Bytes batchCounts(byte[] account, String batchId) {
    return inSpace(account, BATCH_COUNTS, batchId);
  }

  /** There while a batch is to be checked or fed. */
  static Bytes openBatch(byte[] account, String batchId) {
    return inSpace(account, OPEN_BATCH, batchId);
  }

  /** Behind all open batches of the account. */
  static Bytes afterOpenBatches(byte[] account) {
    return inSpace(account, (byte) (OPEN_BATCH + 1), "");
  }

  /** Of the Idempotency-Key of a batch. */
  static Bytes batchKey(byte[] account, String idempotencyKey) {
    return inSpace(account, BATCH_KEY, idempotencyKey);
  }

  /** Of a blob that nothing needs any more. */
  static Bytes deadBlob(byte[] account, String ref) {
    return inSpace(account, DEAD_BLOB, ref);
  }

  /** From a key of the index on, where the next files or dead blobs may be. */
  static Bytes nextWithBlobs(Bytes indexKey) {
    var account = accountOf(indexKey).getBytes(UTF_8);
    byte space = spaceOf(indexKey);
    if (space < FILE) {
      return inSpace(account, FILE, "");
    }
    if (space < DEAD_BLOB) {
      return inSpace(account, DEAD_BLOB, "");
    }
    return Bytes.wrap(ByteBuffer.allocate(account.length + 1).put(account).put((byte) 1).array());
  }

  /** A space of the index is a letter behind the account; a range stays within one. */
  private static Bytes inSpace(byte[] account, byte space, String id) {
    var bytes = id.getBytes(UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(account.length + 2 + bytes.length)
            .put(account)
            .put((byte) 0)
            .put(space)
            .put(bytes)
            .array());
  }

  /** The id in a key of such a space. */
  static String idInSpace(Bytes indexKey) {
    var key = indexKey.get();
    int from = separator(key) + 2;
    return new String(key, from, key.length - from, UTF_8);
  }

  static boolean isFile(Bytes indexKey) {
    return spaceOf(indexKey) == FILE;
  }

  static boolean isDeadBlob(Bytes indexKey) {
    return spaceOf(indexKey) == DEAD_BLOB;
  }

  private static byte spaceOf(Bytes indexKey) {
    return indexKey.get()[separator(indexKey.get()) + 1];
  }

  /** Of a request's body, beside its row: lists read rows and no bodies. */
  static Bytes keptBody(byte[] account, String requestId) {
    return inSpace(account, KEPT_BODY, requestId);
  }

  static String accountOf(Bytes requestKey) {
    var key = requestKey.get();
    return new String(key, 0, separator(key), UTF_8);
  }

  static String requestIdOf(Bytes requestKey) {
    var key = requestKey.get();
    int from = separator(key) + 1;
    return new String(key, from, key.length - from, UTF_8);
  }

  static String requestIdOfCreated(Bytes createdKey) {
    var key = createdKey.get();
    int from = separator(key) + 2 + Long.BYTES;
    return new String(key, from, key.length - from, UTF_8);
  }

  static long millisOfCreated(Bytes createdKey) {
    return ByteBuffer.wrap(createdKey.get()).getLong(separator(createdKey.get()) + 2);
  }

  static long offsetOfFinished(Bytes finishedKey) {
    var key = finishedKey.get();
    return ByteBuffer.wrap(key).getLong(key.length - Long.BYTES);
  }

  private static int separator(byte[] key) {
    int at = 0;
    while (key[at] != 0) {
      at++;
    }
    return at;
  }
}
