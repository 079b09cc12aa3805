@NullMarked
package io.millrace.standalone.client;

import org.jspecify.annotations.NullMarked;
