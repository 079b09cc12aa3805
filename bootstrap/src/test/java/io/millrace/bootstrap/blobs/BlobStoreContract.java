package io.millrace.bootstrap.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store keeps. */
abstract class BlobStoreContract {

  private static final String NAME = "files/acme/file-01";

  abstract BlobStore store();

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        100_000,
        S3BlobWriter.PART_BYTES,
        S3BlobWriter.PART_BYTES + 1,
        2 * S3BlobWriter.PART_BYTES
      })
  void shouldGiveBackWhatWasWritten(int length) throws IOException {
    // Given
    var bytes = bytes(length);
    try (var writer = store().create(NAME)) {
      for (int at = 0; at < length; at += 300_000) {
        writer.write(bytes, at, Math.min(300_000, length - at));
      }
      // When
      writer.commit();
    }
    // Then
    assertThat(store().get(NAME, length)).isEqualTo(bytes);
    try (var in = store().open(NAME, length / 2)) {
      assertThat(in.readAllBytes())
          .isEqualTo(java.util.Arrays.copyOfRange(bytes, length / 2, length));
    }
    try (var in = store().open(NAME, length)) {
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 2 * S3BlobWriter.PART_BYTES})
  void shouldShowNothingOfABlobThatIsNotCommitted(int length) throws IOException {
    // Given
    var writer = store().create(NAME + "-new");
    writer.write(bytes(length), 0, length);
    // When
    writer.close();
    // Then
    assertThatThrownBy(() -> store().open(NAME + "-new", 0))
        .isInstanceOf(BlobNotFoundException.class)
        .hasMessageContaining(NAME + "-new");
  }

  @Test
  void shouldShowTheOldBlobUntilTheNewOneIsCommitted() throws IOException {
    // Given
    store().put(NAME, new byte[] {1});
    try (var writer = store().create(NAME)) {
      writer.write(new byte[] {2, 2}, 0, 2);
      assertThat(store().get(NAME, 10)).containsExactly(1);
      // When
      writer.commit();
    }
    // Then
    assertThat(store().get(NAME, 10)).containsExactly(2, 2);
  }

  @Test
  void shouldForgetADeletedBlobAndCareNotForOneThatIsNotThere() throws IOException {
    // Given
    store().put(NAME, new byte[3]);
    // When
    store().delete(NAME);
    store().delete(NAME);
    // Then
    assertThatThrownBy(() -> store().get(NAME, 10)).isInstanceOf(BlobNotFoundException.class);
  }

  @Test
  void shouldRefuseToReadMoreThanIsAllowed() throws IOException {
    // Given
    store().put(NAME, new byte[11]);
    // When
    // Then
    assertThatThrownBy(() -> store().get(NAME, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("larger than 10 bytes");
  }

  @Test
  void shouldLetAReaderGoBeforeTheEnd() throws IOException {
    // Given
    store().put(NAME, bytes(2_000_000));
    // When
    try (var in = store().open(NAME, 0)) {
      assertThat(in.readNBytes(10)).hasSize(10);
    }
    // Then
    assertThat(store().get(NAME, 2_000_000)).isEqualTo(bytes(2_000_000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/a", "a/", "a//b", "..", "a/../b", "a/./b", "ä", "a b", ".parts/x"})
  void shouldRefuseWhatIsNoName(String name) {
    // Given
    // When
    // Then
    assertThatThrownBy(() -> store().create(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().open(name, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().delete(name)).isInstanceOf(IllegalArgumentException.class);
  }

  static byte[] bytes(int length) {
    var bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }
}
