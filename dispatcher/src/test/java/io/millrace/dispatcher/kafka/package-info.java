@NullMarked
package io.millrace.dispatcher.kafka;

import org.jspecify.annotations.NullMarked;
