package io.millrace.bootstrap.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBlobStoreTest extends BlobStoreContract {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  @TempDir Path folder;
  private BlobStore store;

  @BeforeEach
  void open() {
    store = opened();
  }

  @Override
  BlobStore store() {
    return store;
  }

  @Test
  void shouldShowNothingWhenTheProcessDiesBeforeTheRename() throws IOException {
    // Given
    var writer = store.create("files/a");
    writer.write(new byte[] {1}, 0, 1);
    // When
    var afterCrash = opened();
    // Then
    assertThatThrownBy(() -> afterCrash.open("files/a", 0))
        .isInstanceOf(BlobNotFoundException.class);
  }

  @Test
  void shouldRemoveLeftoversOfMoreThanADayWhenItOpens() throws IOException {
    // Given
    store.create("files/old").write(new byte[] {1}, 0, 1);
    try (var left = Files.list(folder.resolve(".parts"))) {
      Files.setLastModifiedTime(
          left.findFirst().orElseThrow(), FileTime.from(NOW.minus(Duration.ofHours(25))));
    }
    var young = store.create("files/young");
    young.write(new byte[] {2}, 0, 1);
    // When
    var reopened = opened();
    young.commit();
    // Then
    try (var left = Files.list(folder.resolve(".parts"))) {
      assertThat(left).isEmpty();
    }
    assertThat(reopened.get("files/young", 1)).containsExactly(2);
  }

  @Test
  void shouldNameTheSettingWhenTheFolderCannotBeUsed() throws IOException {
    // Given
    var file = Files.createFile(folder.resolve("taken"));
    // When
    // Then
    assertThatThrownBy(() -> BlobStores.at("file:" + file, folder))
        .isInstanceOf(io.millrace.bootstrap.ConfigException.class)
        .hasMessageContaining("blobStore")
        .hasMessageContaining("taken");
  }

  private BlobStore opened() {
    try {
      return new FileBlobStore(folder, Clock.fixed(NOW, ZoneOffset.UTC));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
