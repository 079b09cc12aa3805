package io.millrace.standalone.submit;

import io.millrace.standalone.client.CommandException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;

/**
 * What must be known of the input before its first line is sent: how much there is, which content
 * it is, and which lines bear a name that an earlier one has.
 *
 * @param sha256 digest of the lines, hexadecimal
 * @param lines lines that are not blank
 * @param duplicates numbers of lines whose custom_id an earlier line has
 */
record InputScan(String sha256, long lines, List<Long> duplicates) {

  InputScan {
    duplicates = List.copyOf(duplicates);
  }

  static InputScan of(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CommandException(CommandException.USAGE, "no such file: " + file);
    }
    var digest = newDigest();
    var names = new Names();
    var duplicates = new ArrayList<Long>();
    long lines = 0;
    try (var input = InputLines.of(file)) {
      for (var next = input.next(); next.isPresent(); next = input.next()) {
        var line = next.get();
        lines++;
        digest.update(line.bytes());
        digest.update((byte) '\n');
        if (BatchLine.customId(line.bytes()).filter(names::isTaken).isPresent()) {
          duplicates.add(line.number());
        }
      }
    }
    if (lines == 0) {
      throw new CommandException(CommandException.USAGE, file + " has no lines");
    }
    return new InputScan(HexFormat.of().formatHex(digest.digest()), lines, duplicates);
  }

  /** Lines that get a result. */
  long expected() {
    return lines - duplicates.size();
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Names seen, as 64 bits of their digest: a million of them take some tens of megabytes. */
  private static final class Names {
    private final HashSet<Long> seen = new HashSet<>();
    private final MessageDigest digest = newDigest();

    /** True when it was seen before; from now on it was. */
    boolean isTaken(String name) {
      return !seen.add(
          ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.UTF_8))).getLong());
    }
  }
}
