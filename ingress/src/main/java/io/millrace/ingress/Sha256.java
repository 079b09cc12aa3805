package io.millrace.ingress;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 without looking the algorithm up for every call. */
final class Sha256 {

  private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(Sha256::create);

  private Sha256() {}

  /** A digest of this thread's own, empty. */
  static MessageDigest digest() {
    var digest = DIGEST.get();
    digest.reset();
    return digest;
  }

  private static MessageDigest create() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
