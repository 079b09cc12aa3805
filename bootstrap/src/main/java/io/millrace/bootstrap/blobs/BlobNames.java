package io.millrace.bootstrap.blobs;

import java.util.regex.Pattern;

/** What a blob may be called. */
final class BlobNames {

  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");
  private static final int LENGTH_MAX = 512;

  private BlobNames() {}

  /** The name, when it is one. */
  static String checked(String name) {
    boolean isFine = name.length() <= LENGTH_MAX;
    for (var part : name.split("/", -1)) {
      isFine = isFine && PART.matcher(part).matches();
    }
    if (!isFine) {
      throw new IllegalArgumentException("not a blob name: " + name);
    }
    return name;
  }
}
